/** Addresses in what people write: each is checked when it is saved, as it is each time that it is used. */
import { RefusedError } from "../http/refusal.ts";
import type { OutboundRequest } from "../outbound/outbound.ts";
import type { Services } from "./services.ts";

export interface SavedAddress extends Pick<OutboundRequest, "url" | "reach"> {
  /** What holds it, as in `The webhook`, and in which field of the body. */
  readonly of: string;
  readonly path: string;
}

/** Refuses with 422 an address that may not be sent to now. */
export async function refuseAddress(
  { outbound }: Pick<Services, "outbound">,
  { url, reach, of, path }: SavedAddress,
): Promise<void> {
  const refusal = await outbound.check(url, reach);
  if (refusal === undefined) return;
  const { message } = refusal;
  const detail = `${of} is not valid, at ${path}: ${message}`;
  throw new RefusedError({ code: "invalid", detail, errors: [{ path, message }] });
}
