import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, read, root } from "./source-files.ts";

const documents = filesBelow(".", (name) => name.endsWith(".md"));

/** Targets of inline links and images, outside code. */
function linksIn(text: string): string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1] ?? "");
}

/** A heading's anchor, as the common renderers make it. */
function anchorsIn(text: string): Set<string> {
  const headings = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#{1,6}\s+(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .replace(/[`*]/g, "")
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

function broken(document: string): string[] {
  return linksIn(read(document)).flatMap((link) => {
    if (/^[a-z]+:/i.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? document : join(dirname(document), path);
    if (!existsSync(join(root, target))) return [`${document} links to ${link}, which is not there`];
    const missing = anchor !== undefined && target.endsWith(".md") && !anchorsIn(read(target)).has(anchor);
    return missing ? [`${document} links to ${link}, which has no such heading`] : [];
  });
}

describe("documents", () => {
  it("have links that resolve", () => {
    expect(documents.length).toBeGreaterThan(5);
    expect(documents.flatMap(broken)).toEqual([]);
  });
});
