/** Words as one line that a POSIX shell takes apart into them again: what a report says of a run can be pasted. */
export function shellCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w%+,./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
