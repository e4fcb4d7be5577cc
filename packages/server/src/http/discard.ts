/**
 * Reads what is left of a body, and drops it: a connection that still has some of it to carry cannot carry the next request.
 * It ends with the body, or with the connection.
 */
export async function discard(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (body === null) return;
  try {
    const reader = body.getReader();
    while (!(await reader.read()).done);
  } catch {
    // The sender has gone, and with it what was left.
  }
}
