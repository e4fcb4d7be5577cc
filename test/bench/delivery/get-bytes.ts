/** A GET by Node's own client, over a connection of its own, and what arrives: not unpacked. */
import { get, type IncomingMessage } from "node:http";

export interface Arrived {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** All that came, headers included. */
  readonly wireBytes: number;
  readonly body: Buffer;
}

export async function getBytes(url: string, headers: Record<string, string>): Promise<Arrived> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on("error", reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const { socket, statusCode: status = 0 } = response;
  return { status, headers: response.headers, wireBytes: socket.bytesRead, body: Buffer.concat(chunks) };
}
