/**
 * The lines of an export, each a JSON object; docs/reference/export-format.md describes them for others.
 *
 *     header ─► (keys lines of a change, if any ─► the change) for each revision of each project ─► end
 *
 * A change's text and hash stand as they are stored, so whoever reads the file can check the chain without this program.
 */
import { z } from "zod";
import type { EntityName, StoredEntity, ViewChange } from "../store/port.ts";

export const EXPORT_FORMAT = "bannerol-export";
/** Raised with every change that an earlier program could not read rightly. */
export const EXPORT_VERSION = 1;

const revision = z.int().min(0);
const hash = z.string().regex(/^([0-9a-f]{64})?$/);

const headerSchema = z.object({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  /** Of the database that was exported. */
  epoch: z.string(),
  /** `_system` first. */
  projects: z.array(z.object({ project: z.string().min(1), revision, head: hash, viewFormat: z.int() })),
});
export type ExportHeader = z.output<typeof headerSchema>;

const names = z.array(z.object({ kind: z.enum(["flag", "segment"]), key: z.string() }));
const viewSchema = z.object({ environment: z.string(), class: z.enum(["server", "client"]), put: names, drop: names });

/** Keys that came (`+`) or went (`-`) with the change that follows. */
const keysSchema = z.object({ list: z.string(), keys: z.array(z.string().regex(/^[+-]/)) });
export type KeysLine = z.output<typeof keysSchema>;

const changeSchema = z.object({
  project: z.string(),
  revision: z.int().min(1),
  hash,
  text: z.string(),
  /** What views show in the version that this change gave it, as of the end of the export. */
  views: z.array(viewSchema).default([]),
  /** Of the keys and tokens that this change made. */
  digests: z.array(z.object({ id: z.string(), digest: z.string().regex(/^[0-9a-f]{64}$/) })).default([]),
  /** Secrets of the lists that this change made. */
  lists: z.array(z.object({ id: z.string(), secret: z.string().regex(/^[0-9a-f]{32}$/) })).default([]),
});
export type ChangeLine = z.output<typeof changeSchema>;

const endSchema = z.object({ end: z.literal(true), sha256: z.string() });

const bodySchema = z.union([changeSchema, keysSchema, endSchema]);
/** Any line but the first. */
export type BodyLine = z.output<typeof bodySchema>;

/** The header, or why it is none that this program reads. */
export function readHeader(text: string): ExportHeader | string {
  const value = parsed(text);
  const format = z.looseObject({ format: z.literal(EXPORT_FORMAT), version: z.number() }).safeParse(value);
  if (!format.success) return "it is no export of Bannerol";
  const { version } = format.data;
  if (version > EXPORT_VERSION) return `its format is ${version}, and this program reads up to ${EXPORT_VERSION}`;
  const header = headerSchema.safeParse(value);
  return header.success ? header.data : `its header is damaged (${why(header.error)})`;
}

/** The line, or why it is none. */
export function readBodyLine(text: string): BodyLine | string {
  const line = bodySchema.safeParse(parsed(text));
  return line.success ? line.data : "it is no change, no keys and no end";
}

export function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** What views show in the versions that each change gave, by revision. */
export function viewsByVersion(entities: readonly StoredEntity[]): ReadonlyMap<number, readonly ViewChange[]> {
  const byVersion = new Map<number, Map<string, { put: EntityName[]; drop: EntityName[] } & ViewChange>>();
  for (const { environment, class: viewClass, kind, key, version, dropped } of entities) {
    const views = byVersion.get(version) ?? new Map();
    byVersion.set(version, views);
    const id = `${viewClass}:${environment}`;
    const view = views.get(id) ?? { environment, class: viewClass, put: [], drop: [] };
    views.set(id, view);
    (dropped ? view.drop : view.put).push({ kind, key });
  }
  return new Map([...byVersion].map(([version, views]) => [version, [...views.values()]]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function why(error: z.ZodError): string {
  const [first] = error.issues;
  return first === undefined ? "" : `${first.path.join(".")}: ${first.message}`;
}
