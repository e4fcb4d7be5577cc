import path from "node:path";

export interface Surroundings {
  readonly platform: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** The user's home folder; undefined where there is none. */
  readonly home: string | undefined;
}

/** Where caches of this user lie, with `bannerol` appended; undefined where there is no such place. Pure. */
export function defaultCacheFolder({ platform, env, home }: Surroundings): string | undefined {
  const xdg = env.XDG_CACHE_HOME;
  // By the XDG specification a relative path counts as none.
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, "bannerol");
  if (platform === "win32" && env.LOCALAPPDATA !== undefined) return path.join(env.LOCALAPPDATA, "bannerol", "cache");
  // Node takes an empty HOME at its word, and the cache would lie in whatever folder the process works in.
  if (home === undefined || home === "") return undefined;
  return platform === "darwin"
    ? path.join(home, "Library", "Caches", "bannerol")
    : path.join(home, ".cache", "bannerol");
}
