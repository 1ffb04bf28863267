/** Which gates are armed. A gate that is not armed prints what it finds. */
export const gates: {
  /** A region of impl/ that no page shows fails the tests. Armed when the walk is whole. */
  readonly everyRegionIsShown: boolean;
} = {
  everyRegionIsShown: true,
};
