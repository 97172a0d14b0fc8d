/** What stands in the place of a user and a password. */
const hidden = "***@";

// Bounds, because a text is of any length. What has a port after its first colon has no password there.
const ofUrl =
  /([a-z][a-z\d+.-]{0,30}:\/\/)(?:[^\s/?#:]{0,500}:(?!\d{0,5}(?:[/?#"'\s]|$))\S{0,2000}@(?!sha\d+:)|[^\s/?#]{0,2000}@)/gi;
// Where the scheme is missing, or half there. What follows the digest's @ of an image is no host; AWS' names hold people.
const ofHost = /(^|[\s"'`(=,[{<])(?!arn:)[^\s"'`(=,[{<:@/]{1,500}:(?!\/\/)\S{0,2000}@(?!sha\d+:)/g;
// A query may hold a URL itself; a colon before a space ends it, as in a message.
const query = /([a-z][a-z\d+.-]{0,30}:\/\/[^\s"'?]{1,2000})\?(?:[^\s"':]|:(?=[^\s"']))*/gi;

/**
 * A text for a person without what may let somebody in: user and password of URLs and hosts, and the queries of URLs, which
 * sign a download or hold a token. Used wherever a text is printed that a URL of somebody's may be part of.
 */
export function withoutCredentials(text: string): string {
  return text.replace(ofUrl, `$1${hidden}`).replace(ofHost, `$1${hidden}`).replace(query, "$1");
}
