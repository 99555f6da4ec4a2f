// Requests to the service.

const KEY = 'driftline-token';
let whenRefused = () => {};
let whenGiven = () => {};

/** Called when the service requires a token and has not received one. */
export function onRefused(action) {
  whenRefused = action;
}

/** The service requires a token and has not received one. */
export function refused() {
  whenRefused();
}

/** Called when there is a new token. */
export function onToken(action) {
  whenGiven = action;
}

/** Keeps a token for this tab, until it is closed. */
export function useToken(given) {
  sessionStorage.setItem(KEY, given);
  whenGiven();
}

/** The token of this tab; null if it has none. */
export const token = () => sessionStorage.getItem(KEY);

/** A failed request, with the message of the service if there is one. */
export class ServiceError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Sends a request; a response other than a success becomes a ServiceError. Addresses are relative to the page. */
export async function request(path, {accept = 'application/json', body, signal, headers = {}} = {}) {
  const shown = token();
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      Accept: accept,
      ...(body === undefined ? {} : {'Content-Type': 'application/json'}),
      ...(shown ? {Authorization: `Bearer ${shown}`} : {}),
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
