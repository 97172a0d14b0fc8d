import { fetchUrl } from "../../tools/fetch";
import { lineOf } from "../../tools/errors";

/** A comment of a pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
}

/** Where GitHub is, and who asks. */
export interface GitHubPlace {
  /** Of GitHub itself `https://api.github.com`. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

/** As much of GitHub's API as a comment needs. Its rights: read and write on pull requests. */
export class GitHub {
  readonly #place: GitHubPlace;

  constructor(place: GitHubPlace) {
    this.#place = place;
  }

  /** @throws Error with one line: what was asked and why not; never the token */
  private async ask(method: "GET" | "POST" | "PATCH", path: string, body?: object): Promise<unknown> {
    const { api, repository, token } = this.#place;
    const what = `GitHub: ${method} /repos/${repository}${path}`;
    const response = await fetchUrl(`${api.replace(/\/$/, "")}/repos/${repository}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "x-github-api-version": "2022-11-28",
      },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Error(`${what}: ${lineOf(error)}`, { cause: error });
    });
    if (!response.ok) {
      const way =
        response.status === 401 || response.status === 403 || response.status === 404
          ? ". The token needs pull-requests: write, and of a fork's pull request it has none"
          : "";
      throw new Error(`${what}: HTTP ${String(response.status)}${way}`);
    }
    return response.json();
  }

  /** The first comment of a pull request that fulfils a condition, through all pages. */
  public async findComment(pull: number, isIt: (body: string) => boolean): Promise<Comment | undefined> {
    const size = 100;
    for (let page = 1; ; page++) {
      const path = `/issues/${String(pull)}/comments?per_page=${String(size)}&page=${String(page)}`;
      const comments = (await this.ask("GET", path)) as readonly (Omit<Comment, "body"> & { body?: string | null })[];
      const found = comments.find(({ body }) => isIt(body ?? ""));
      if (found !== undefined) return { id: found.id, body: found.body ?? "" };
      // A page that is not full is the last one, unless the server gives fewer than were asked for.
      if (comments.length === 0) return undefined;
    }
  }

  /** Commit that a pull request's branch is at. */
  public async headOf(pull: number): Promise<string> {
    const { head } = (await this.ask("GET", `/pulls/${String(pull)}`)) as { readonly head: { readonly sha: string } };
    return head.sha;
  }

  public async create(pull: number, body: string): Promise<void> {
    await this.ask("POST", `/issues/${String(pull)}/comments`, { body });
  }

  public async edit(id: number, body: string): Promise<void> {
    await this.ask("PATCH", `/issues/comments/${String(id)}`, { body });
  }
}
