/**
 * Tells a proxy which variant a request gets, so that traffic switches, or shifts by percentage, without code in the
 * application: the question that nginx (`auth_request`), Caddy and Traefik (`forward_auth`) and Envoy (`ext_authz`) ask
 * before they pass a request on.
 *
 *     who: X-Bannerol-Key, else the cookie bannerol_id, else a fresh id, which goes into the cookie
 *     answer: 200, X-Bannerol-Variant; without it where there is nothing to tell
 *
 * Answered from memory. It never refuses traffic for what a flag says: only a wrong key is no 200.
 */
import { type CompiledRuleset, toResult } from "@bannerol/core";
import { z } from "zod";
import type { KeyGrant } from "../../auth/authenticate.ts";
import { sdkKeyOfProxy } from "../../http/permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { entityId } from "../../log/view.ts";
import { CompiledViews } from "../evaluations/compiled.ts";
import type { Services } from "../services.ts";

export const VARIANT_HEADER = "x-bannerol-variant";
const KEY_HEADER = "x-bannerol-key";
const COOKIE = "bannerol_id";
const MAX_KEY_LENGTH = 256;

export function routerRoute(services: Services): Route {
  const compiled = new CompiledViews();
  return defineRoute({
    method: "GET",
    path: "/route/v1/{flag}",
    everyMethod: true,
    permission: sdkKeyOfProxy,
    summary: "Which variant a request gets, for a proxy: by its X-Bannerol-Key, or by a cookie that sticks",
    query: noQuery,
    body: noBody,
    contentType: null,
    reply: z.unknown(),
    async handler({ scope: key, param, headers }) {
      const known = knownKey(headers);
      const targetingKey = known ?? Buffer.from(services.draw.bytes(16)).toString("base64url");
      const variant = variantOf(services, compiled, { key, flag: param("flag"), targetingKey });
      const answer = new Headers({ "cache-control": "no-store" });
      if (variant !== undefined) answer.set(VARIANT_HEADER, variant);
      if (known === undefined) answer.set("set-cookie", `${COOKIE}=${targetingKey}; Path=/; SameSite=Lax; HttpOnly`);
      return new Response(null, { status: 200, headers: answer });
    },
  });
}

/**
 * Whom the request says that it is for; the header, which a proxy or an application sets, goes before the cookie. Some
 * proxies send it empty where they know of nobody.
 */
function knownKey(headers: Headers): string | undefined {
  const named = [headers.get(KEY_HEADER), cookieIn(headers.get("cookie") ?? "")];
  return named.find((key) => isKey(key)) ?? undefined;
}

function isKey(key: string | null | undefined): boolean {
  return typeof key === "string" && key !== "" && key.length <= MAX_KEY_LENGTH;
}

function cookieIn(header: string): string | undefined {
  const pair = header.split(";").find((one) => one.trimStart().startsWith(`${COOKIE}=`));
  return pair?.slice(pair.indexOf("=") + 1).trim();
}

interface Question {
  readonly key: KeyGrant;
  readonly flag: string;
  readonly targetingKey: string;
}

/** `undefined` where the key may not know of the flag, or the flag serves nothing. */
function variantOf(services: Services, compiled: CompiledViews, { key, flag, targetingKey }: Question) {
  const { ledger, now } = services;
  const { project, environment } = key;
  const shown = ledger.view(project, environment, key.class);
  const whole = ledger.view(project, environment, "server");
  if (whole === undefined || shown?.entities.get(entityId({ kind: "flag", key: flag }))?.document === undefined)
    return undefined;
  const ruleset: CompiledRuleset = compiled.of(whole, ledger.lists(project));
  const found = ruleset.flag(flag)?.decide({ targetingKey }, now());
  return found === undefined ? undefined : toResult(found, null, 0).variant;
}
