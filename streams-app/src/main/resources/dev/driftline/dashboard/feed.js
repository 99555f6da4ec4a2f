// Reads the live feed: passes events on, and reconnects for as long as somebody listens. Knows no page, so that a worker can use it.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** The service sends a status every second. Without one for this time, the connection is dead. */
const SILENCE = 8_000;

/**
 * Follows the feed. `open(lastId, signal)` gives a response to read; `handle(type, data)` gets each event; `changed(state)` is
 * called with 'live' or 'disconnected'. 'live' follows each new connection, after which the caller must request everything that it
 * missed. Returns a function that ends a pause between two tries.
 */
export function followFeed(open, handle, changed) {
  let pause = FIRST_PAUSE;
  let lastId = '';
  let wake = () => {};

  async function once() {
    const abort = new AbortController();
    let watchdog = 0;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE);
    };
    try {
      alive();
      const response = await open(lastId, abort.signal);
      pause = FIRST_PAUSE;
      changed('live');
      await readEvents(response, (type, data, id) => {
        alive();
        if (id) lastId = id;
        handle(type, data);
      });
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function forever() {
    for (;;) {
      try {
        await once();
      } catch {
        // Reported below; then it tries again.
      }
      changed('disconnected');
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause);
      });
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }
  }

  forever();
  return () => {
    pause = FIRST_PAUSE;
    wake();
  };
}

/** Calls `handle(type, data, id)` for each server-sent event of a response. Returns when it ends. */
export async function readEvents(response, handle) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    const frames = (rest + value).split('\n\n');
    rest = frames.pop();
    for (const frame of frames) handleFrame(frame, handle);
  }
}

function handleFrame(frame, handle) {
  let type = 'message';
  let id = '';
  const data = [];
  for (const line of frame.split('\n')) {
    const [, field, value] = /^([a-z]*): ?(.*)$/.exec(line) || [];
    if (field === 'event') type = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  if (data.length === 0 && type === 'message') return;
  let parsed = null;
  try {
    parsed = data.length ? JSON.parse(data.join('\n')) : null;
  } catch {
    parsed = data.join('\n');
  }
  handle(type, parsed, id);
}
