/** Where guards have the server read numbers: nowhere but where the operator has listed. */
import type { ReleaseStart } from "@bannerol/protocol/schemas";
import { RefusedError } from "../../http/refusal.ts";
import { refuseAddress } from "../addresses.ts";
import type { Services } from "../services.ts";

/** Refuses with 422 the first source that could not be read. `within` is where the release stands in the request. */
export async function refuseSources(
  services: Pick<Services, "outbound" | "prometheusUrl">,
  { guards = [] }: Pick<ReleaseStart, "guards">,
  within: "" | "release." = "",
): Promise<void> {
  for (const [at, { source }] of guards.entries()) {
    if (typeof source !== "object") continue;
    const [field, url] = "http" in source ? ["http", source.http] : ["url", source.url ?? services.prometheusUrl];
    const path = `${within}guards[${at}].source.${field}`;
    if (url === undefined) throw noServer(path);
    await refuseAddress(services, { url: url.replaceAll("$variant", "on"), reach: "listed", of: "The release", path });
  }
}

function noServer(path: string): RefusedError {
  const message = "No Prometheus server is named. Give the guard a url, or the server BANNEROL_PROMETHEUS_URL.";
  const detail = `The release is not valid, at ${path}: ${message}`;
  return new RefusedError({ code: "invalid", detail, errors: [{ path, message }] });
}
