/** Where guards have the server read numbers: nowhere but where the operator has listed. */
import type { ReleaseStart } from "@bannerol/protocol/schemas";
import { refuseAddress } from "../addresses.ts";
import type { Services } from "../services.ts";

/** Refuses with 422 the first source that could not be read. `within` is where the release stands in the request. */
export async function refuseSources(
  services: Pick<Services, "outbound">,
  { guards = [] }: Pick<ReleaseStart, "guards">,
  within: "" | "release." = "",
): Promise<void> {
  for (const [at, { source }] of guards.entries()) {
    if (typeof source !== "object") continue;
    const [field, url] = "http" in source ? ["http", source.http] : ["url", source.url];
    if (url === undefined) continue;
    const path = `${within}guards[${at}].source.${field}`;
    await refuseAddress(services, { url: url.replaceAll("$variant", "on"), reach: "listed", of: "The release", path });
  }
}
