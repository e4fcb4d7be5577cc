/**
 * Reads Server-Sent Events as they come, byte by byte if need be, and tells the data of each. It holds at most one event,
 * of bounded length. Names and ids of events are passed over: this protocol's events say all in their data.
 */

/** A server sends at most 64 KiB in one message; the rest is room for a newer one. */
const MAX_EVENT_LENGTH = 1024 * 1024;

/** Takes bytes; the answer says whether the stream can be read on, which it cannot after an event without end. */
export function eventReader(tell: (data: string) => void): (chunk: Uint8Array) => boolean {
  const decoder = new TextDecoder();
  let line = "";
  let data: string[] = [];
  let length = 0;
  let endedWithReturn = false;

  const endLine = (): void => {
    if (line === "") {
      if (data.length > 0) tell(data.join("\n"));
      data = [];
      length = 0;
    } else if (line.startsWith("data:")) data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    line = "";
  };

  return (chunk) => {
    const decoded = decoder.decode(chunk, { stream: true });
    // A line may end with both a carriage return and a line feed, which may come apart.
    const text = endedWithReturn && decoded.startsWith("\n") ? decoded.slice(1) : decoded;
    if (decoded !== "") endedWithReturn = decoded.endsWith("\r");
    for (const [index, piece] of text.split(/\r\n|\n|\r/).entries()) {
      if (index > 0) endLine();
      line += piece;
      length += piece.length;
      if (length > MAX_EVENT_LENGTH) return false;
    }
    return true;
  };
}
