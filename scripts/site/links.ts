import { posix } from "node:path";
import type { Page } from "./markdown";

/** Whether a link leads to another host: those are not asked. */
const isOutside = (link: string) => /^([a-z]+:|\/\/)/i.test(link);

/**
 * Links of the pages that lead nowhere, a line each.
 * @param files paths of what else the site has
 */
export function deadLinks(pages: readonly Page[], files: readonly string[]): readonly string[] {
  const known = new Map(pages.map((page) => [page.path, new Set(page.sections.map(({ id }) => id))]));
  return pages.flatMap(({ path, links }) =>
    links.flatMap((link) => {
      if (isOutside(link)) return [];
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)));
      const anchors = known.get(target);
      if (anchors === undefined)
        return files.includes(target) && anchor === undefined ? [] : [`${path}: ${link} leads to no page of the site`];
      return anchor === undefined || anchors.has(anchor) ? [] : [`${path}: ${link}: ${target} has no such heading`];
    }),
  );
}
