//! Texts by their keys, all in one string: a ConfigMap may have a million. Knows no object.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// What `data` of a ConfigMap holds, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    text: String,
    places: Vec<Place>,
}

/// Where a key begins, where its text does, and where that ends.
type Place = [u32; 3];

impl Texts {
    /// The keys, ascending, each with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places.iter().map(|place| (self.key(place), self.text(place)))
    }

    fn key(&self, [start, middle, _]: &Place) -> &str {
        self.text.get(*start as usize..*middle as usize).unwrap_or_default()
    }

    fn text(&self, [_, middle, end]: &Place) -> &str {
        self.text.get(*middle as usize..*end as usize).unwrap_or_default()
    }

    fn push(&mut self, key: &str, text: &str) {
        let end = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let start = end(&self.text);
        self.text.push_str(key);
        let middle = end(&self.text);
        self.text.push_str(text);
        self.places.push([start, middle, end(&self.text)]);
    }

    /// Brings the keys into order; of one that was given again the last text holds.
    fn sort(&mut self) {
        let mut places = std::mem::take(&mut self.places);
        places.sort_by(|a, b| self.key(a).cmp(self.key(b)));
        places.dedup_by(|later, kept| {
            let again = self.key(later) == self.key(kept);
            if again {
                *kept = *later;
            }
            again
        });
        places.shrink_to_fit();
        self.places = places;
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut texts = Texts::default();
                while let Some((key, text)) = map.next_entry::<String, String>()? {
                    texts.push(&key, &text);
                }
                texts.sort();
                Ok(texts)
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_the_last_text_of_each_holds() {
        let texts: Texts = serde_json::from_str(r#"{"b": "1", "a": "", "": "x", "b": "ü"}"#).unwrap_or_default();
        assert_eq!(texts.iter().collect::<Vec<_>>(), [("", "x"), ("a", ""), ("b", "ü")]);
        assert_eq!(serde_json::to_string(&texts).unwrap_or_default(), r#"{"":"x","a":"","b":"ü"}"#);
    }
}
