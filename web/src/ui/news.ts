/// Short news for a person, told from anywhere and shown by toasts.tsx, whose code is fetched beside the first page.
export interface News {
  title: string;
  text?: string | undefined;
  action?: { words: string; act: () => void };
  /// Said in passing: it goes sooner.
  briefly?: boolean;
}

let show: ((news: News) => void) | undefined;
const early: News[] = [];

export function tell(news: News): void {
  if (show) show(news);
  else early.push(news);
}

/// Takes the news from now on, and what was told before.
export function onNews(take: (news: News) => void): () => void {
  show = take;
  for (const news of early.splice(0)) take(news);
  return () => {
    show = undefined;
  };
}
