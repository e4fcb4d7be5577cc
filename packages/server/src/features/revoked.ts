/** Whether a key or token belongs in a list: those in force unless asked otherwise. */
export function passesRevoked(
  { revokedAt }: { readonly revokedAt?: number },
  wanted: "true" | "false" | "all" = "false",
): boolean {
  return wanted === "all" || (wanted === "true") === (revokedAt !== undefined);
}
