/** The permissions that a route can declare, each with the check that it stands for. Authorisation goes by the matched route. */
import { type Authenticator, bearerOf, type KeyGrant } from "../auth/authenticate.ts";
import type { Right } from "../auth/roles.ts";
import {
  authorise,
  type Caller,
  type EnvironmentScope,
  isEnvironmentScope,
  isProjectScope,
  type Place,
  type ProjectScope,
  Scope,
} from "../auth/scope.ts";
import { quoted, type Refusal } from "./refusal.ts";

/** Who is at the other end of the connection that brought a request. */
export interface Peer {
  /** Absent where a request came by no socket. */
  readonly address?: string | undefined;
  /** Ends the connection, whatever is unsent. */
  readonly cut: () => void;
}

/** What a check may look at. */
export interface Knock {
  readonly headers: Headers;
  readonly peer: Peer;
  /** A parameter of the path. Throws where the matched route has none of this name. */
  readonly param: (name: string) => string;
  /** Takes down who was let in, for the log. */
  readonly admitted: (who: string) => void;
}

/** What the checks ask. */
export interface Doors {
  readonly authenticator: Authenticator;
  readonly hasProject: (project: string) => boolean;
  readonly hasEnvironment: (project: string, environment: string) => boolean;
}

/**
 * `anywhere` asks for the role alone, `within` for the project or an environment of it: the handler narrows its scope
 * with `scope.at(place)`.
 */
export type PermissionName =
  | "public"
  | "sdk"
  | "sdk:server"
  | `${"anywhere" | "installation" | "project" | "within" | "environment"}:${Right}`;

export type Admission<S> = { readonly ok: true; readonly scope: S } | { readonly ok: false; readonly refusal: Refusal };

export interface Permission<S> {
  readonly name: PermissionName;
  readonly admit: (knock: Knock, doors: Doors) => Promise<Admission<S>>;
}

const rights = ["read", "edit", "release", "administer"] as const satisfies readonly Right[];
const levels = ["anywhere", "installation", "project", "within", "environment"] as const;

export const permissionNames: ReadonlySet<string> = new Set<string>([
  "public",
  "sdk",
  "sdk:server",
  ...levels.flatMap((level) => rights.map((right) => `${level}:${right}`)),
]);

/** Anyone, with or without a credential. */
export const everyone: Permission<undefined> = {
  name: "public",
  admit: async () => ({ ok: true, scope: undefined }),
};

/** Whoever holds an SDK key. */
export const sdkKey: Permission<KeyGrant> = {
  name: "sdk",
  async admit({ headers, peer, admitted }, { authenticator }) {
    const text = bearerOf(headers.get("authorization") ?? undefined) ?? "";
    const from = { origin: headers.get("origin") ?? undefined, address: peer.address };
    const grant = await authenticator.authenticateKey(text, from);
    if ("code" in grant) return { ok: false, refusal: grant };
    admitted(grant.keyId);
    return { ok: true, scope: grant };
  },
};

/** The same for a proxy, which adds its key to requests of others: an `Origin` that it passes on tells nothing of the key. */
export const sdkKeyOfProxy: Permission<KeyGrant> = {
  name: "sdk",
  admit: ({ headers, ...knock }, doors) => sdkKey.admit({ ...knock, headers: withoutOrigin(headers) }, doors),
};

function withoutOrigin(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete("origin");
  return kept;
}

/** Whoever holds a server key: what no page that anybody opens may get. */
export const sdkServerKey: Permission<KeyGrant> = {
  name: "sdk:server",
  async admit(knock, doors) {
    const admission = await sdkKey.admit(knock, doors);
    if (!admission.ok || admission.scope.class === "server") return admission;
    const detail = "This is for server keys alone. Ask for flags that need it with POST /sdk/v1/evaluate.";
    return { ok: false, refusal: { code: "not_allowed", detail } };
  },
};

/** Whoever's role includes the right, wherever that is. */
export function anywhere(right: Right): Permission<Scope> {
  return { name: `anywhere:${right}`, admit: (knock, doors) => identify(knock, doors, right, (caller) => caller) };
}

/** Whoever has the right in the whole installation. */
export function installation(right: Right): Permission<Scope> {
  return { name: `installation:${right}`, admit: (knock, doors) => identify(knock, doors, right, () => ({})) };
}

/** Whoever has the right in the project `{p}`, which is there. */
export function inProject(right: Right): Permission<ProjectScope> {
  return {
    name: `project:${right}`,
    admit: (knock, doors) => admitToProject(knock, doors, right, (project) => ({ project })),
  };
}

/** Whoever has the right in the project `{p}`, which is there, or in the environment of it that the token is for. */
export function withinProject(right: Right): Permission<ProjectScope> {
  return {
    name: `within:${right}`,
    admit: (knock, doors) =>
      admitToProject(knock, doors, right, (project, { environment }) => ({
        project,
        ...(environment === undefined ? {} : { environment }),
      })),
  };
}

async function admitToProject(
  knock: Knock,
  doors: Doors,
  right: Right,
  placeOf: (project: string, caller: Caller) => Place,
): Promise<Admission<ProjectScope>> {
  const project = knock.param("p");
  const admission = await identify(knock, doors, right, (caller) => placeOf(project, caller));
  if (!admission.ok) return admission;
  if (!doors.hasProject(project) || !isProjectScope(admission.scope)) return noProject(project);
  return { ok: true, scope: admission.scope };
}

/** Whoever has the right in the environment `{e}` of the project `{p}`, which are there. */
export function inEnvironment(right: Right): Permission<EnvironmentScope> {
  return {
    name: `environment:${right}`,
    async admit(knock, doors) {
      const project = knock.param("p");
      const environment = knock.param("e");
      const admission = await identify(knock, doors, right, () => ({ project, environment }));
      if (!admission.ok) return admission;
      if (!doors.hasProject(project)) return noProject(project);
      if (!doors.hasEnvironment(project, environment) || !isEnvironmentScope(admission.scope)) {
        return noEnvironment(project, environment);
      }
      return { ok: true, scope: admission.scope };
    },
  };
}

/** The place of a caller's own token is always within its reach: what is left to check is the role. */
async function identify(
  { headers, peer, admitted }: Knock,
  { authenticator }: Doors,
  right: Right,
  placeOf: (caller: Caller) => Place,
): Promise<Admission<Scope>> {
  const caller = await authenticator.authenticateToken(headers.get("authorization") ?? undefined, peer);
  if ("code" in caller) return { ok: false, refusal: caller };
  admitted(caller.actor.id);
  const scope = authorise(caller, right, placeOf(caller));
  return scope instanceof Scope ? { ok: true, scope } : { ok: false, refusal: scope };
}

function noProject(project: string): { readonly ok: false; readonly refusal: Refusal } {
  const detail = `There is no project ${quoted(project)}. List them with GET /api/v1/projects.`;
  return { ok: false, refusal: { code: "not_found", detail } };
}

function noEnvironment(project: string, environment: string): { readonly ok: false; readonly refusal: Refusal } {
  const detail = `The project ${project} has no environment ${quoted(environment)}. List them with GET /api/v1/projects/${project}/environments.`;
  return { ok: false, refusal: { code: "not_found", detail } };
}
