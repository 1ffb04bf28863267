/** The free names of instrumented code. Whoever runs it gives them a meaning. */
export const markNames = {
  at: '__peerwalkAt',
  back: '__peerwalkBack',
  /** Added to a line, it makes a mark. */
  base: '__peerwalkBase',
  /** The machinery's functions remember the story's line that they were called at. */
  storyNow: '__peerwalkStoryNow',
  story: '__peerwalkStory',
} as const;
