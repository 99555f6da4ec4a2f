// Requests to the service.

const KEY = 'driftline-token';
let whenRefused = () => {};

/** Called when the service requires a token and has not received one. */
export function onRefused(action) {
  whenRefused = action;
}

/** Keeps a token for this tab, until it is closed. */
export function useToken(token) {
  sessionStorage.setItem(KEY, token);
}

/** A failed request, with the message of the service if there is one. */
export class ServiceError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Sends a request; a response other than a success becomes a ServiceError. Addresses are relative to the page. */
export async function request(path, {accept = 'application/json', body, signal, headers = {}} = {}) {
  const token = sessionStorage.getItem(KEY);
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      Accept: accept,
      ...(body === undefined ? {} : {'Content-Type': 'application/json'}),
      ...(token ? {Authorization: `Bearer ${token}`} : {}),
      ...headers,
    },
    cache: 'no-store',
    signal,
  });
  if (response.ok) return response;
  if (response.status === 401) whenRefused();
  let detail = `${response.status} ${response.statusText}`;
  try {
    const problem = await response.json();
    detail = problem.detail || problem.title || detail;
  } catch {
    // No problem details: use the status.
  }
  throw new ServiceError(response.status, detail);
}

/** The JSON of the response to GET `path`. */
export const getJson = async (path, signal) => (await request(path, {signal})).json();

/** The JSON of the response to POST `path` with `body`. */
export const postJson = async (path, body, signal) => (await request(path, {body, signal})).json();

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
