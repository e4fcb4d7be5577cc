/** Where a server is, and what opens its data plane. */
import { type Arrived, getBytes } from "./get-bytes.ts";

export interface Place {
  readonly url: string;
  readonly key: string;
}

export const rulesetUrl = ({ url }: Place): string => `${url}/sdk/v1/ruleset`;
export const authorization = ({ key }: Place) => ({ authorization: `Bearer ${key}` });

/** The ruleset, as it is sent to whoever asks with these headers. */
export function getRuleset(place: Place, headers: Record<string, string> = {}): Promise<Arrived> {
  return getBytes(rulesetUrl(place), { ...authorization(place), ...headers });
}
