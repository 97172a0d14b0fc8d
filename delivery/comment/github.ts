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

/** A text as GitHub has it. */
interface Written {
  readonly user?: { readonly type?: string } | null;
  readonly author_association?: string;
  readonly body?: string | null;
}

/** Whether it was written by a workflow, or somebody who may write to the repository. */
const isInsiders = ({ user, author_association: association = "" }: Written) =>
  user?.type === "Bot" || ["OWNER", "MEMBER", "COLLABORATOR"].includes(association);

/** Rights that a request needs, for whoever has a token without them. */
const rightsFor = (path: string) =>
  /^\/issues(\?|$|\/\d+$)/.test(path)
    ? "issues: write"
    : "pull-requests: write, and of a fork's pull request it has none";

/** As much of GitHub's API as a comment or an issue needs. Its rights: read and write on pull requests, or on issues. */
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
          ? `. The token needs ${rightsFor(path)}`
          : "";
      throw new Error(`${what}: HTTP ${String(response.status)}${way}`);
    }
    return response.json();
  }

  /** The first entry of a list that fulfils a condition, through all pages. */
  private async find<T>(path: string, isIt: (entry: T) => boolean): Promise<T | undefined> {
    for (let page = 1; ; page++) {
      const sign = path.includes("?") ? "&" : "?";
      const entries = (await this.ask("GET", `${path}${sign}per_page=100&page=${String(page)}`)) as readonly T[];
      const found = entries.find(isIt);
      if (found !== undefined) return found;
      // A page that is not full is the last one, unless the server gives fewer than were asked for.
      if (entries.length === 0) return undefined;
    }
  }

  /** The first comment of a pull request that fulfils a condition. */
  public async findComment(pull: number, isIt: (body: string) => boolean): Promise<Comment | undefined> {
    const path = `/issues/${String(pull)}/comments`;
    const found = await this.find<{ id: number } & Written>(path, ({ body }) => isIt(body ?? ""));
    return found === undefined ? undefined : { id: found.id, body: found.body ?? "" };
  }

  /**
   * Number of the first open issue that fulfils a condition; a pull request is none, and what an outsider wrote is not this
   * program's, whatever stands in it.
   */
  public async findIssue(isIt: (body: string) => boolean): Promise<number | undefined> {
    const found = await this.find<{ number: number; pull_request?: object } & Written>(
      "/issues?state=open",
      ({ body, pull_request: pull, ...by }) => pull === undefined && isInsiders(by) && isIt(body ?? ""),
    );
    return found?.number;
  }

  public async createIssue(title: string, body: string): Promise<void> {
    await this.ask("POST", "/issues", { title, body });
  }

  public async editIssue(issue: number, title: string, body: string): Promise<void> {
    await this.ask("PATCH", `/issues/${String(issue)}`, { title, body });
  }

  /** Closes an issue, with a comment that says why. */
  public async closeIssue(issue: number, comment: string): Promise<void> {
    await this.ask("POST", `/issues/${String(issue)}/comments`, { body: comment });
    await this.ask("PATCH", `/issues/${String(issue)}`, { state: "closed", state_reason: "completed" });
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
