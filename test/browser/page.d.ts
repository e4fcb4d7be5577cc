/** What the pages of these tests hold. */
import type { BrowserClient, ClientProblem, Ready, RulesetChange } from "@bannerol/sdk-browser";

declare global {
  var flags: BrowserClient;
  var changes: RulesetChange[];
  var errors: ClientProblem[];
  var firstReady: Ready | undefined;
}
