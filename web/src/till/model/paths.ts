// Where the pages of the counter are, so that one of them can be moved in one place.
export const paths = {
  home: "/till",
  open: (counter: string) => `/till/open/${counter}`,
  desk: (session: string) => `/till/s/${session}`,
  /** 日計 and 締め of a session */
  dayBook: (session: string) => `/till/s/${session}/daybook`,
  sales: "/till/sales",
  sale: (id: string) => `/till/sales/${id}`,
  refunds: "/till/refunds",
  /** 会計課 */
  office: "/till/office",
  practice: "/practice",
};
