/**
 * A disk as a program must expect it: what it was not told to keep may be there after a power cut, or not, or in part.
 *
 *     write, truncate ──► pending ──fsync of the file──► kept
 *     link, rename, unlink, mkdir ──► pending ──fsync of the folder──► kept
 *
 * A file is where its bytes are, a folder where its names are: a name that is kept may lead to a file of which nothing
 * is, and a file's bytes are of no use where no name leads to it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TraceEvent } from "./trace.ts";

/** What becomes of what is pending. It is asked once for each part, in the order in which the parts were done. */
export interface Luck {
  /** Bytes of a write that persist or do not together; writes are split at its multiples. */
  readonly sector: number;
  readonly persists: () => boolean;
}

type Content = { readonly data: Buffer; readonly offset: number } | { readonly size: number };
type Entry = FileNode | FolderNode;
/** A renaming is both of its parts at once. */
type Naming = ReadonlyMap<string, Entry | undefined>;

class FileNode {
  kept: Buffer = Buffer.alloc(0);
  pending: Content[] = [];
  /** As the program sees it. */
  size = 0;

  change(content: Content): void {
    this.pending.push(content);
    this.size = "size" in content ? content.size : Math.max(this.size, content.offset + content.data.length);
  }

  sync(): void {
    this.kept = applied(this.kept, this.pending);
    this.pending = [];
  }

  after({ sector, persists }: Luck): Buffer {
    const parts = this.pending.flatMap((content) => ("size" in content ? [content] : sectorsOf(content, sector)));
    return applied(this.kept, parts.filter(persists));
  }
}

class FolderNode {
  readonly kept = new Map<string, Entry>();
  readonly names = new Map<string, Entry>();
  pending: Naming[] = [];

  change(naming: Naming): void {
    this.pending.push(naming);
    applyNaming(this.names, naming);
  }

  sync(): void {
    for (const naming of this.pending) applyNaming(this.kept, naming);
    this.pending = [];
  }

  after({ persists }: Luck): ReadonlyMap<string, Entry> {
    const entries = new Map(this.kept);
    for (const naming of this.pending) if (persists()) applyNaming(entries, naming);
    return entries;
  }
}

interface Opened {
  readonly node: Entry;
  position: number;
  readonly appends: boolean;
  readonly deaf: boolean;
}

export class Disk {
  readonly #root: string;
  readonly #deafTo: (path: string) => boolean;
  readonly #folder = new FolderNode();
  readonly #opened = new Map<number, Opened>();

  /**
   * `root` is an empty folder that is there for good; what is outside of it is not followed. Of files that it is `deafTo`
   * the disk keeps nothing when it is told to.
   */
  constructor(root: string, deafTo: (path: string) => boolean = () => false) {
    this.#root = root;
    this.#deafTo = deafTo;
  }

  /** Whether the event was about a file or a folder within the root. */
  take(event: TraceEvent): boolean {
    switch (event.call) {
      case "open":
        return this.#open(event);
      case "close":
        return this.#opened.delete(event.fd);
      case "mkdir":
        return this.#name(event.path, new FolderNode());
      case "unlink":
        return this.#name(event.path, undefined);
      case "link":
        return this.#name(event.to, this.#find(event.from));
      case "rename":
        return this.#rename(event.from, event.to);
      case "write":
      case "truncate":
      case "sync":
        return this.#use(event);
    }
  }

  /** Writes into a folder what is left of the disk when the power is cut now. */
  writeImage(folder: string, luck: Luck): void {
    const write = (node: FolderNode, path: string): void => {
      mkdirSync(path, { recursive: true });
      for (const [name, entry] of node.after(luck)) {
        if (entry instanceof FolderNode) write(entry, join(path, name));
        else writeFileSync(join(path, name), entry.after(luck));
      }
    };
    write(this.#folder, folder);
  }

  #open({ fd, path, flags }: Extract<TraceEvent, { call: "open" }>): boolean {
    this.#opened.delete(fd);
    if (!this.#isWithin(path)) return false;
    const there = this.#find(path);
    if (there === undefined && !flags.includes("O_CREAT")) return false;
    const node = there ?? new FileNode();
    if (there === undefined) this.#name(path, node);
    else if (flags.includes("O_TRUNC") && node instanceof FileNode) node.change({ size: 0 });
    this.#opened.set(fd, { node, position: 0, appends: flags.includes("O_APPEND"), deaf: this.#deafTo(path) });
    return true;
  }

  #use(event: Extract<TraceEvent, { call: "write" | "truncate" | "sync" }>): boolean {
    const opened = this.#opened.get(event.fd);
    if (opened === undefined) return false;
    const { node, deaf } = opened;
    if (event.call === "sync") {
      if (!deaf) node.sync();
    } else if (node instanceof FolderNode) throw new Error("The trace writes to a folder.");
    else if (event.call === "truncate") node.change({ size: event.size });
    else {
      const offset = event.offset ?? (opened.appends ? node.size : opened.position);
      if (event.offset === undefined) opened.position = offset + event.data.length;
      node.change({ data: event.data, offset });
    }
    return true;
  }

  #name(path: string, entry: Entry | undefined): boolean {
    if (!this.#isWithin(path)) return false;
    this.#folderOf(path).change(new Map([[nameOf(path), entry]]));
    return true;
  }

  #rename(from: string, to: string): boolean {
    if (!this.#isWithin(from) && !this.#isWithin(to)) return false;
    if (dirname(from) !== dirname(to))
      throw new Error(`${from} was renamed into another folder, which no image models.`);
    const naming: Naming = new Map([
      [nameOf(from), undefined],
      [nameOf(to), this.#find(from)],
    ]);
    this.#folderOf(to).change(naming);
    return true;
  }

  #isWithin(path: string): boolean {
    return path === this.#root || path.startsWith(`${this.#root}/`);
  }

  #find(path: string): Entry | undefined {
    let at: Entry | undefined = this.#folder;
    const steps = path
      .slice(this.#root.length)
      .split("/")
      .filter((step) => step !== "");
    for (const step of steps) at = at instanceof FolderNode ? at.names.get(step) : undefined;
    return at;
  }

  #folderOf(path: string): FolderNode {
    const folder = this.#find(dirname(path));
    if (folder instanceof FolderNode) return folder;
    throw new Error(`The trace names ${path}, whose folder is not known.`);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function applyNaming(names: Map<string, Entry>, naming: Naming): void {
  for (const [name, entry] of naming) {
    if (entry === undefined) names.delete(name);
    else names.set(name, entry);
  }
}

function sectorsOf({ data, offset }: Extract<Content, { offset: number }>, sector: number): Content[] {
  const parts: Content[] = [];
  for (let start = 0; start < data.length; ) {
    const end = Math.min(data.length, start + sector - ((offset + start) % sector));
    parts.push({ data: data.subarray(start, end), offset: offset + start });
    start = end;
  }
  return parts;
}

/** What lies between the end of a file and a write beyond it reads as zeros. */
function applied(kept: Buffer, contents: readonly Content[]): Buffer {
  const ends = contents.map((content) => ("size" in content ? content.size : content.offset + content.data.length));
  const bytes = Buffer.alloc(Math.max(kept.length, ...ends, 0));
  kept.copy(bytes);
  let size = kept.length;
  for (const content of contents) {
    if ("size" in content) {
      if (content.size < size) bytes.fill(0, content.size, size);
      size = content.size;
    } else {
      content.data.copy(bytes, content.offset);
      size = Math.max(size, content.offset + content.data.length);
    }
  }
  return bytes.subarray(0, size);
}
