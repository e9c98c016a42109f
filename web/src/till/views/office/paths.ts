// Where the pages behind the counters are.
const at = "/till/office";

export const officePaths = {
  home: at,
  days: `${at}/days`,
  import: `${at}/import`,
  match: `${at}/match`,
  export: `${at}/export`,
  prices: `${at}/prices`,
  reductions: `${at}/reductions`,
  notices: `${at}/notices`,
  counters: `${at}/counters`,
  stickers: `${at}/stickers`,
  displays: `${at}/displays`,
  providers: `${at}/providers`,
  /** the match of some days */
  matchOf: (provider: string, from: string, to: string) => `${at}/match?${new URLSearchParams({ provider, from, to })}`,
};
