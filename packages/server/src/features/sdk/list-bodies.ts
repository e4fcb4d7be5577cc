/**
 * Lists as bytes: made once for each version however many ask, and sent piece by piece.
 *
 *     KeyList ─┬─ whole ─► bytes ─┐
 *              └─ since V ─► rows of the changes after V ─► difference ─► bytes ─┴─► the last few are kept
 */
import { buildListDelta, encodeKeyList, encodeListDelta, type KeyList, type ListDelta } from "@bannerol/core";
import { inSlices } from "../../lists/in-slices.ts";
import { type ListStore, ROWS_AT_ONCE, type StoredList } from "../../store/list-store.ts";

/** A large list takes megabytes. */
const KEPT_BODIES = 8;
/** A longer difference is no gain over the list itself, and would be kept as text while it is made. */
const MAX_DIFFERENCE_KEYS = 100_000;
const PIECE_BYTES = 64 * 1024;
/** Of 16 KiB each: a few milliseconds of work. */
const PIECES_AT_ONCE = 16;

export interface ListQuestion {
  readonly epoch: string;
  readonly project: string;
  readonly id: string;
  readonly list: KeyList;
  /** A version that the caller has. */
  readonly since?: number;
}

export class ListBodies {
  readonly #store: ListStore;
  readonly #kept = new Map<string, Promise<Uint8Array>>();

  constructor(store: ListStore) {
    this.#store = store;
  }

  /** What leads from `since` to the list, or the list whole where nothing shorter does. */
  of(question: ListQuestion): Promise<Uint8Array> {
    const { epoch, project, id, list, since } = question;
    const name = JSON.stringify([epoch, project, id, list.version, since]);
    const found = this.#kept.get(name) ?? this.#make(question);
    this.#kept.delete(name);
    this.#kept.set(name, found);
    found.catch(() => this.#kept.delete(name));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_BODIES && oldest !== undefined) this.#kept.delete(oldest);
    return found;
  }

  async #make(question: ListQuestion): Promise<Uint8Array> {
    const { since, ...whole } = question;
    const delta = since === undefined ? undefined : await deltaSince(this.#store, question, since);
    if (delta !== undefined) return joined(encodeListDelta(delta));
    return since === undefined ? joined(encodeKeyList(question.list)) : this.of(whole);
  }
}

/** `undefined` where the list never had that version, or the list itself is hardly longer. */
async function deltaSince(
  store: ListStore,
  { project, id, list }: ListQuestion,
  since: number,
): Promise<ListDelta | undefined> {
  const [stored] = await store.of(project, id);
  if (stored === undefined || !stored.changes.some(({ revision }) => revision === since)) return undefined;
  const last = await lastStates(store, stored, { since, until: list.version, most: mostOf(list) });
  if (last === undefined) return undefined;
  const keys = (added: boolean) => [...last].filter(([, is]) => is === added).map(([key]) => key);
  const secret = Buffer.from(stored.secret, "hex");
  const { version } = list;
  return inSlices(buildListDelta({ from: since, version, secret, added: keys(true), removed: keys(false) }));
}

function mostOf({ size }: KeyList): number {
  return Math.min(MAX_DIFFERENCE_KEYS, Math.ceil(size / 2));
}

interface Stretch {
  /** Versions: after this one, up to and with that one. */
  readonly since: number;
  readonly until: number;
  /** How many rows are worth reading. */
  readonly most: number;
}

/** Of each key that came or went, whether it is there in the end; `undefined` where there are too many. */
async function lastStates(
  store: ListStore,
  { changes }: StoredList,
  { since, until, most }: Stretch,
): Promise<ReadonlyMap<string, boolean> | undefined> {
  const states = new Map<string, boolean>();
  let rowsRead = 0;
  for (const { difference } of changes.filter(({ revision }) => revision > since && revision <= until)) {
    for (let position = 0; ; position += ROWS_AT_ONCE) {
      const rows = await store.rows(difference, position, ROWS_AT_ONCE);
      for (const { key, added } of rows) states.set(key, added);
      rowsRead += rows.length;
      if (rowsRead > most) return undefined;
      if (rows.length < ROWS_AT_ONCE) break;
    }
  }
  return states;
}

/** Others run between the pieces. */
async function joined(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for (const piece of pieces) {
    all.push(piece);
    if (all.length % PIECES_AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
  }
  return new Uint8Array(Buffer.concat(all));
}

/** The bytes as a body that is sent as fast as its reader takes it, and that shares them with every other reader. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
    },
  });
}
