//! The ports that well-known images listen on when nothing tells them otherwise. Knows no object.
//!
//! Each is what the image's own Dockerfile exposes (`EXPOSE`), as the Docker Official Images and the projects publish it.

const PORTS: [(&str, &[i32]); 33] = [
    ("alertmanager", &[9093]),
    ("caddy", &[80, 443, 2019]),
    ("cassandra", &[7000, 7001, 7199, 9042, 9160]),
    ("consul", &[8300, 8301, 8302, 8500, 8600]),
    ("couchdb", &[5984, 4369, 9100]),
    ("elasticsearch", &[9200, 9300]),
    ("etcd", &[2379, 2380]),
    ("ghost", &[2368]),
    ("grafana", &[3000]),
    ("haproxy", &[]),
    ("httpd", &[80]),
    ("influxdb", &[8086]),
    ("jenkins", &[8080, 50000]),
    ("kibana", &[5601]),
    ("mariadb", &[3306]),
    ("memcached", &[11211]),
    ("mongo", &[27017]),
    ("mongo-express", &[8081]),
    ("mysql", &[3306, 33060]),
    ("nats", &[4222, 6222, 8222]),
    ("neo4j", &[7473, 7474, 7687]),
    ("nginx", &[80]),
    ("node-exporter", &[9100]),
    ("phpmyadmin", &[80]),
    ("postgres", &[5432]),
    ("prometheus", &[9090]),
    ("rabbitmq", &[4369, 5671, 5672, 15671, 15672, 15691, 15692, 25672]),
    ("redis", &[6379]),
    ("registry", &[5000]),
    ("solr", &[8983]),
    ("tomcat", &[8080]),
    ("wordpress", &[80]),
    ("zookeeper", &[2181, 2888, 3888, 8080]),
];

/// Images that are published under their maker's name.
const PREFIXES: [&str; 7] = [
    "docker.io/library/",
    "library/",
    "docker.io/prom/",
    "prom/",
    "grafana/",
    "docker.elastic.co/elasticsearch/",
    "docker.elastic.co/kibana/",
];

/// The ports of a well-known image: `nginx:1.27-alpine` listens on 80.
#[must_use]
pub fn ports(image: &str) -> Option<&'static [i32]> {
    let image = image.split('@').next().unwrap_or(image);
    let bare = PREFIXES.iter().find_map(|prefix| image.strip_prefix(prefix)).unwrap_or(image);
    let name = bare.split(':').next().unwrap_or(bare);
    PORTS.iter().find(|(known, _)| *known == name).map(|(_, ports)| *ports)
}

/// An image without its registry, tag and digest: `web` of `registry.example:5000/shop/web:2`.
#[must_use]
pub fn name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split(':').next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stock_image_is_known() {
        assert_eq!(ports("nginx:1.27-alpine"), Some(&[80][..]));
        assert_eq!(ports("docker.io/library/redis"), Some(&[6379][..]));
        assert_eq!(ports("registry.example/shop/nginx:2"), None);
        assert_eq!(name("registry.example:5000/shop/web:2"), "web");
    }
}
