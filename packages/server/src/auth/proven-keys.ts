/**
 * SDK keys that were proven, by the text that proved them, so that an SDK which polls is not hashed and compared anew each
 * time. A grant counts as long as the key's document is the very object that it was: whatever happens to a key (it is
 * revoked, its environment goes, the history is read anew) puts another one in its place, or none.
 */
import type { KeyDocument } from "../state/documents.ts";
import type { KeyGrant } from "./authenticate.ts";

/** More than anybody has in use; beyond it, the one proven first is proven anew. */
const MOST = 1_000;

interface Proof {
  readonly grant: KeyGrant;
  readonly document: KeyDocument;
}

export class ProvenKeys {
  readonly #documentOf: (project: string, id: string) => KeyDocument | undefined;
  readonly #proofs = new Map<string, Proof>();

  constructor(documentOf: (project: string, id: string) => KeyDocument | undefined) {
    this.#documentOf = documentOf;
  }

  remember(text: string, grant: KeyGrant): void {
    const document = this.#documentOf(grant.project, grant.keyId);
    if (document === undefined) return;
    const [oldest] = this.#proofs.keys();
    if (this.#proofs.size >= MOST && oldest !== undefined) this.#proofs.delete(oldest);
    this.#proofs.set(text, { grant, document });
  }

  grantOf(text: string): KeyGrant | undefined {
    const proof = this.#proofs.get(text);
    if (proof === undefined) return undefined;
    if (this.#documentOf(proof.grant.project, proof.grant.keyId) === proof.document) return proof.grant;
    this.#proofs.delete(text);
    return undefined;
  }
}
