/**
 * A project's state while documents are put into it. Each map is copied once, when it is first touched, so that a
 * change costs what it touches and the state before stays what it was.
 */
import { type DocumentOf, type ItemKind, type ItemName, itemId } from "./documents.ts";
import type { ChainHead, ProjectState, Revised, Unreadable } from "./project-state.ts";
import { readDocument } from "./read-document.ts";

export class StateDraft {
  readonly #base: ProjectState;
  readonly #environments;
  readonly #flags;
  readonly #segments;
  readonly #keys;
  readonly #invariants;
  readonly #schedules;
  readonly #freezes;
  readonly #projects;
  readonly #users;
  readonly #tokens;
  readonly #webhooks;
  readonly #unreadable: MapDraft<Unreadable>;
  readonly #targetings;
  readonly #releases;

  constructor(base: ProjectState) {
    this.#base = base;
    this.#environments = new MapDraft(base.environments);
    this.#flags = new MapDraft(base.flags);
    this.#segments = new MapDraft(base.segments);
    this.#keys = new MapDraft(base.keys);
    this.#invariants = new MapDraft(base.invariants);
    this.#freezes = new MapDraft(base.freezes);
    this.#projects = new MapDraft(base.projects);
    this.#users = new MapDraft(base.users);
    this.#tokens = new MapDraft(base.tokens);
    this.#webhooks = new MapDraft(base.webhooks);
    this.#schedules = new MapDraft(base.schedules);
    this.#unreadable = new MapDraft(base.unreadable);
    this.#targetings = new PlacesDraft(base.targetings);
    this.#releases = new PlacesDraft(base.releases);
  }

  /** Puts one document's newest form; `null` removes it. */
  put(name: ItemName, after: unknown, revision: number): void {
    const read = <K extends ItemKind>(kind: K) => this.#read(kind, { name, after, revision });
    switch (name.kind) {
      case "environment":
        this.#environments.put(name.key, read("environment"));
        break;
      case "flag":
        this.#flags.put(name.key, read("flag"));
        break;
      case "targeting":
        this.#targetings.at(name.environment).put(name.key, read("targeting"));
        break;
      case "segment":
        this.#segments.put(name.key, read("segment"));
        break;
      case "key":
        this.#keys.put(name.key, read("key"));
        break;
      case "invariant":
        this.#invariants.put(name.key, read("invariant"));
        break;
      case "release":
        this.#releases.at(name.environment).put(name.key, read("release"));
        break;
      case "schedule":
        this.#schedules.put(name.key, read("schedule"));
        break;
      case "freeze":
        this.#freezes.put(name.key, read("freeze"));
        break;
      case "project":
        this.#projects.put(name.key, read("project"));
        break;
      case "user":
        this.#users.put(name.key, read("user"));
        break;
      case "token":
        this.#tokens.put(name.key, read("token"));
        break;
      case "webhook":
        this.#webhooks.put(name.key, read("webhook"));
        break;
    }
  }

  finish(head: Omit<ChainHead, "key">): ProjectState {
    return {
      key: this.#base.key,
      revision: head.revision,
      head: head.head,
      at: head.at,
      environments: this.#environments.map,
      flags: this.#flags.map,
      targetings: this.#targetings.map,
      segments: this.#segments.map,
      keys: this.#keys.map,
      invariants: this.#invariants.map,
      releases: this.#releases.map,
      schedules: this.#schedules.map,
      freezes: this.#freezes.map,
      projects: this.#projects.map,
      users: this.#users.map,
      tokens: this.#tokens.map,
      webhooks: this.#webhooks.map,
      unreadable: this.#unreadable.map,
    };
  }

  #read<K extends ItemKind>(kind: K, { name, after, revision }: Placement): Revised<DocumentOf[K]> | undefined {
    const read = after === null ? undefined : readDocument(kind, after);
    const problem =
      read === undefined || read.ok
        ? undefined
        : { kind, key: name.key, environment: name.environment, revision, reason: read.reason };
    this.#unreadable.put(itemId(name), problem);
    return read?.ok === true ? { document: read.document, revision } : undefined;
  }
}

interface Placement {
  readonly name: ItemName;
  readonly after: unknown;
  readonly revision: number;
}

/** Maps by environment; one in which nothing is left goes. */
class PlacesDraft<T> {
  readonly #base: ReadonlyMap<string, ReadonlyMap<string, T>>;
  readonly #own = new Map<string, MapDraft<T>>();

  constructor(base: ReadonlyMap<string, ReadonlyMap<string, T>>) {
    this.#base = base;
  }

  at(environment: string): MapDraft<T> {
    let draft = this.#own.get(environment);
    if (draft === undefined) {
      draft = new MapDraft(this.#base.get(environment) ?? new Map());
      this.#own.set(environment, draft);
    }
    return draft;
  }

  get map(): ReadonlyMap<string, ReadonlyMap<string, T>> {
    if (this.#own.size === 0) return this.#base;
    const all = new Map(this.#base);
    for (const [environment, draft] of this.#own) all.set(environment, draft.map);
    for (const [environment, documents] of all) if (documents.size === 0) all.delete(environment);
    return all;
  }
}

class MapDraft<T> {
  readonly #base: ReadonlyMap<string, T>;
  #own: Map<string, T> | undefined;

  constructor(base: ReadonlyMap<string, T>) {
    this.#base = base;
  }

  get map(): ReadonlyMap<string, T> {
    return this.#own ?? this.#base;
  }

  /** `undefined` removes. */
  put(key: string, value: T | undefined): void {
    if (value === undefined && !this.map.has(key)) return;
    this.#own ??= new Map(this.#base);
    if (value === undefined) this.#own.delete(key);
    else this.#own.set(key, value);
  }
}
