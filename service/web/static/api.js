// The HTTP interface, as the pages use it. Answers are JSON; failures are Problem.
const BASE = "/api/v1";

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || String(status));
    this.status = status;
    this.body = body;
  }
}

export async function call(method, path, body, headers = {}, toLogin = true) {
  const options = { method, headers: { accept: "application/json", ...headers } };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(BASE + path, options);
  } catch {
    throw new Problem(0, { title: "offline" });
  }
  if (answer.status === 401 && toLogin) {
    location.assign("/login?back=" + encodeURIComponent(location.pathname));
  }
  const text = await answer.text();
  let held = {};
  try {
    held = text ? JSON.parse(text) : {};
  } catch {
    held = { title: text.slice(0, 200) };
  }
  if (!answer.ok) throw new Problem(answer.status, held);
  return held;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const url = (path) => BASE + path;

export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value != null);
  return given.length ? "?" + new URLSearchParams(given) : "";
}
