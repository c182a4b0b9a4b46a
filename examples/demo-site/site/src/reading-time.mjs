const wordsPerMinute = 200;

/// Whole minutes that a text takes to read; even a short one takes a minute.
export function readingTime(text) {
  const words = text.split(/\s+/).filter(Boolean).length;
  return Math.ceil(words / wordsPerMinute);
}
