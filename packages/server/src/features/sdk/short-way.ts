/**
 * The short way to what SDKs ask for most often, the ruleset: straight on Node's HTTP server, without the framework. It
 * answers at once, as the route does to the letter, or leaves the request to the route: whatever is unusual about it is
 * decided in one place, and waited for in one place.
 *
 *     request ─► GET, path, no body ─► key proven before ─► query ─► answer, for which nothing has to be done ─► sent
 *                  │ no                  │ no                 │ no     │ none
 *                  └─────────────────────┴────────────────────┴────────┴─► the framework
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Authenticator, bearerOf } from "../../auth/authenticate.ts";
import { openHeaders } from "../../http/origins.ts";
import { peerAddress } from "../../http/peer-address.ts";
import { readQuery } from "../../http/read.ts";
import { type RequestIdPorts, requestIdOf } from "../../http/request-id.ts";
import { safeHeaders } from "../../http/safe-headers.ts";
import type { Log } from "../../observe/log.ts";
import type { Services } from "../services.ts";
import { answerRuleset, type RulesetQuestion, rulesetQuerySchema } from "./ruleset-answers.ts";
import { RULESET_PATH } from "./ruleset-route.ts";

export interface ShortWayPorts extends RequestIdPorts {
  readonly authenticator: Pick<Authenticator, "provenKey">;
  readonly log: Log;
  readonly monotonic: () => number;
  readonly proxies: number;
}

const safe = safeHeaders.flat();

/** Tells whether the request was answered. */
export type ShortWay = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createShortWay(services: Services, ports: ShortWayPorts): ShortWay {
  return (request, response) => {
    if (!isPlainGet(request)) return false;
    try {
      return answered(services, ports, request, response);
    } catch {
      // The route meets the same, and says what it is.
      return response.headersSent;
    }
  };
}

function answered(
  services: Services,
  ports: ShortWayPorts,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const began = ports.monotonic();
  const { headers } = request;
  const key = ports.authenticator.provenKey(bearerOf(headers.authorization) ?? "", headers.origin);
  if (key === undefined) return false;
  const answer = answerRuleset(services, {
    key,
    query: queryOf(request.url ?? ""),
    ifNoneMatch: headers["if-none-match"],
    acceptEncoding: textOf(headers["accept-encoding"]),
    userAgent: headers["user-agent"],
    address: () => peerAddress(request, ports.proxies),
  });
  if (answer === undefined) return false;
  const requestId = requestIdOf(textOf(headers["x-request-id"]), ports);
  response
    .writeHead(answer.status, [...answer.headers, ...openHeaders, ...safe, "x-request-id", requestId])
    .end(answer.bytes);
  if (ports.log.isLevelEnabled("debug")) {
    const notes = { route: RULESET_PATH, permission: "sdk", who: key.keyId };
    const durationMs = Math.round((ports.monotonic() - began) * 1_000) / 1_000;
    ports.log.debug({ requestId, method: "GET", ...notes, status: answer.status, durationMs }, "request");
  }
  return true;
}

/** A body is none of its business, be it empty. */
function isPlainGet({ method, url = "", headers }: IncomingMessage): boolean {
  if (method !== "GET" || !url.startsWith(RULESET_PATH)) return false;
  const isWhole = url.length === RULESET_PATH.length || url[RULESET_PATH.length] === "?";
  return isWhole && headers["content-length"] === undefined && headers["transfer-encoding"] === undefined;
}

/** Throws where it is not valid. */
function queryOf(url: string): RulesetQuestion["query"] {
  return url.length <= RULESET_PATH.length + 1 ? {} : readQuery(rulesetQuerySchema, `http://localhost${url}`);
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "object" ? header.join(", ") : header;
}
