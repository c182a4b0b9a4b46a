const wordsPerMinute = 260;

/// Minutes that a text takes to read.
export function readingTime(text) {
  const words = text.split(/\s+/).filter(Boolean).length;
  return Math.round(words / wordsPerMinute);
}
