#!/usr/bin/env node
// Runs the binary of this platform's package; npm has installed only that one.
const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "svclint.exe" : "svclint";
let binary;
try {
  binary = require.resolve(`@svclint/${platform}/${file}`);
} catch {
  console.error(`svclint: there is no binary for ${platform}, or npm was told to leave out optional dependencies`);
  process.exit(2);
}
const { status, signal, error } = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`svclint: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 2);
