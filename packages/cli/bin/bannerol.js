#!/usr/bin/env node
// Checked in, so that npm links the command before anything is built.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("bannerol is not built yet. In its repository, run: npm run build\n");
  process.exitCode = 1;
}
