class Svclint < Formula
  desc "Finds out why a Kubernetes Service doesn't work, from its YAML"
  homepage "https://github.com/svclint/svclint"
  version "{{version}}"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "https://github.com/svclint/svclint/releases/download/v{{version}}/svclint-aarch64-apple-darwin.tar.gz"
      sha256 "{{sha256 svclint-aarch64-apple-darwin.tar.gz}}"
    end
    on_intel do
      url "https://github.com/svclint/svclint/releases/download/v{{version}}/svclint-x86_64-apple-darwin.tar.gz"
      sha256 "{{sha256 svclint-x86_64-apple-darwin.tar.gz}}"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/svclint/svclint/releases/download/v{{version}}/svclint-aarch64-unknown-linux-musl.tar.gz"
      sha256 "{{sha256 svclint-aarch64-unknown-linux-musl.tar.gz}}"
    end
    on_intel do
      url "https://github.com/svclint/svclint/releases/download/v{{version}}/svclint-x86_64-unknown-linux-musl.tar.gz"
      sha256 "{{sha256 svclint-x86_64-unknown-linux-musl.tar.gz}}"
    end
  end

  def install
    bin.install "svclint"
    man1.install "man/svclint.1"
    bash_completion.install "completions/svclint.bash" => "svclint"
    zsh_completion.install "completions/_svclint"
    fish_completion.install "completions/svclint.fish"
  end

  test do
    (testpath/"svc.yaml").write <<~YAML
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 8080}]}
    YAML
    assert_match "node-port-out-of-range", shell_output("#{bin}/svclint check -o concise svc.yaml", 1)
  end
end
