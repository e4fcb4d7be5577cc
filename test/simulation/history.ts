/**
 * What the server's project holds and held: the truth that every client is compared with. A change sets the flags `a` and
 * `b` to its own revision, may touch one of a few others, or shows nothing in the view at all.
 */
import { checksumOf, type Ruleset, type RulesetDelta, type RulesetDocument } from "../../packages/core/src/index.ts";
import type { StateIdentity } from "../../packages/protocol/src/index.ts";
import { changedList, LISTED_FLAG, type Listed, listedFlag, MEMBERS, segmentOf } from "./listed.ts";

/** Always changed together: whoever sees them differ has seen half a change. */
export const PAIR = ["a", "b"] as const;
const OTHERS = ["c", "d", "e"] as const;
/** Every flag that there ever is. */
export const FLAGS: readonly string[] = [...PAIR, ...OTHERS];

/** `member`: one comes or goes in the long list; `list`: another list takes its place. */
export type Kind = "pair" | "set" | "drop" | "unseen" | "member" | "list";

interface Entity {
  readonly version: number;
  /** `null`: it left the view with that revision. */
  readonly document: object | null;
}

interface Content {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly listed: Listed | undefined;
}

/** The view at one revision. Immutable. */
export class ViewState {
  readonly epoch: string;
  readonly revision: number;
  readonly checksum: number;
  /** The long list that its one segment names; undefined in histories without. */
  readonly listed: Listed | undefined;
  readonly #entities: ReadonlyMap<string, Entity>;
  #document: RulesetDocument | undefined;

  constructor(epoch: string, revision: number, { entities, listed }: Content) {
    this.epoch = epoch;
    this.revision = revision;
    this.#entities = entities;
    this.listed = listed;
    this.checksum = checksumOf({ flags: this.#shown(), segments: new Map(Object.entries(this.#segments())) });
  }

  identity(): StateIdentity {
    return { epoch: this.epoch, revision: this.revision, checksum: this.checksum };
  }

  /** What a flag serves; -1 where there is none. */
  valueOf(key: string): number {
    const entity = this.#entities.get(key);
    return entity === undefined || entity.document === null ? -1 : entity.version;
  }

  ruleset(): RulesetDocument {
    const { epoch, revision } = this;
    this.#document ??= {
      epoch,
      revision,
      project: "default",
      environment: "test",
      flags: Object.fromEntries(this.#shown()),
      segments: this.#segments(),
    };
    return this.#document;
  }

  deltaSince(from: number): RulesetDelta {
    const changed = [...this.#entities].filter(([, { version }]) => version > from);
    const flags = Object.fromEntries(changed.map(([key, { document }]) => [key, document]));
    const segments = (this.listed?.version ?? 0) > from ? this.#segments() : {};
    return { from, to: this.revision, flags, segments };
  }

  /** The view after a change. */
  changed(revision: number, kind: Exclude<Kind, "unseen">, key: string, padding: number): ViewState {
    if (kind === "member" || kind === "list") {
      const listed = this.listed && changedList(this.listed, revision, key, kind === "list");
      return new ViewState(this.epoch, revision, { entities: this.#entities, listed });
    }
    const entities = new Map(this.#entities);
    const put = (name: string): unknown =>
      entities.set(name, { version: revision, document: flagAt(revision, padding) });
    if (kind === "pair") PAIR.forEach(put);
    else if (kind === "set") put(key);
    else entities.set(key, { version: revision, document: null });
    return new ViewState(this.epoch, revision, { entities, listed: this.listed });
  }

  /** The same under another epoch, as a restore makes it. */
  renamed(epoch: string): ViewState {
    return new ViewState(epoch, this.revision, { entities: this.#entities, listed: this.listed });
  }

  #segments(): Readonly<Record<string, object>> {
    return this.listed === undefined ? {} : { s: segmentOf(this.listed) };
  }

  #shown(): Ruleset["flags"] {
    const shown = [...this.#entities].filter(([, { document }]) => document !== null);
    return new Map(shown.map(([key, { document }]) => [key, document]));
  }
}

function flagAt(version: number, padding: number): object {
  return {
    version,
    type: "number",
    seed: 1,
    variants: [{ key: "v", value: version }],
    enabled: true,
    off: "v",
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variant: "v" },
    ...(padding > 0 && { padding: "x".repeat(padding) }),
  };
}

export class History {
  #epoch = "e1";
  #epochs = 1;
  readonly #padding: number;
  /** The view after each change of the project, from revision 0. */
  #states: ViewState[];
  readonly #known = new Map<string, ViewState>();
  /** The versions of each list, by epoch and id. */
  readonly #lists = new Map<string, readonly Listed[]>();

  /** `padding`: how many characters each flag holds beyond what it needs; `lists`: whether there is a long list. */
  constructor(padding: number, lists: boolean) {
    this.#padding = padding;
    const entities = lists ? new Map([[LISTED_FLAG, { version: 1, document: listedFlag }]]) : new Map();
    const listed = lists ? { list: "list-1", version: 1, keys: new Set(MEMBERS.slice(0, 4)) } : undefined;
    this.#states = [new ViewState(this.#epoch, 0, { entities, listed })];
    for (const kind of ["pair", "set"] as const) this.write(kind, "c");
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** The newest revision of the project. */
  get revision(): number {
    return this.#states.length - 1;
  }

  /** The view after a change of the project in force. */
  at(revision: number): ViewState {
    const state = this.#states[Math.min(revision, this.revision)];
    if (state === undefined) throw new Error(`There is no revision ${revision}.`);
    return state;
  }

  get head(): ViewState {
    return this.at(this.revision);
  }

  /** The view that a client says it has, of whatever epoch; undefined where there never was one. */
  known(epoch: string, revision: number): ViewState | undefined {
    return this.#known.get(`${epoch}@${revision}`);
  }

  /** A version that a list has, or had, under an epoch. */
  list(epoch: string, list: string, version: number): Listed | undefined {
    return this.#lists.get(`${epoch}/${list}`)?.find((each) => each.version === version);
  }

  /** The same at a version or a newer one: those that may stand in for it. */
  listsFrom(epoch: string, { list, version }: Listed): readonly Listed[] {
    return this.#lists.get(`${epoch}/${list}`)?.filter((each) => each.version >= version) ?? [];
  }

  write(kind: Kind, key: string): void {
    const revision = this.revision + 1;
    this.#add(kind === "unseen" ? this.head : this.head.changed(revision, kind, key, this.#padding));
  }

  /** Put back from a backup that lacks the last changes, under a new epoch. */
  restore(lost: number): void {
    this.#epoch = `e${++this.#epochs}`;
    const kept = this.#states.slice(0, Math.max(3, this.#states.length - lost));
    this.#states = [];
    for (const state of kept) this.#add(state.renamed(this.#epoch));
  }

  #add(state: ViewState): void {
    this.#states.push(state);
    this.#known.set(`${state.epoch}@${state.revision}`, state);
    const { listed, epoch } = state;
    if (listed === undefined) return;
    const versions = this.#lists.get(`${epoch}/${listed.list}`) ?? [];
    if (versions.at(-1) !== listed) this.#lists.set(`${epoch}/${listed.list}`, [...versions, listed]);
  }
}

/** One of those that come and go. */
export function otherFlag(chance: number): string {
  return OTHERS[Math.floor(chance * OTHERS.length)] ?? OTHERS[0];
}
