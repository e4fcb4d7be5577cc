/**
 * What a bundle takes in of other people's packages goes with their licences: an esbuild plugin that writes them beside
 * the bundle, as their authors ask of whoever passes their work on.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes `THIRD-PARTY-LICENSES.txt` into the folder of the bundle; nothing where nothing was taken in. */
export function licenceNotices() {
  return {
    name: "licence-notices",
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile }) => {
        const notices = [...packagesIn(Object.keys(metafile?.inputs ?? {}))].sort().map(noticeOf);
        if (notices.length === 0) return;
        const folder = build.initialOptions.outdir ?? dirname(build.initialOptions.outfile);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));
      });
    },
  };
}

/** The folders of the packages that these files lie in. */
function packagesIn(inputs) {
  const folders = inputs.map(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input.replaceAll("\\", "/"))?.[0],
  );
  return new Set(folders.filter((folder) => folder !== undefined));
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (text === undefined) {
    throw new Error(
      `${name}@${version} brings no licence text. Leave it out of the bundle, or add its licence by hand.`,
    );
  }
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, text), "utf8").trim()}\n`;
}
