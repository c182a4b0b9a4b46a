import { driver } from 'driver.js';
import 'driver.js/dist/driver.css';
import '../styles/tour.css';

const stops = [
  { element: '[data-tour="connectors"]', title: 'What flux-mcp is connected to', description: 'Each card is the result of a real check, with its age. If something is wrong, the card says how to cure it.' },
  { element: '[data-tour="clients"]', title: 'Connect your agent', description: 'The exact snippet for Claude Code, Codex, Cursor and others. Your agents and this page see the same runs, at the same moment.' },
  { element: '[data-tour="workspace"]', title: 'The AI Workspace', description: 'On every page: ship a preview of a branch, follow it live, and read why it failed. The key w opens it.' },
  { element: '[data-tour="pages"]', title: 'Runs and approvals', description: 'Everything that ran, with its logs; and runs that wait for somebody.' },
  { element: '[data-tour="connection"]', title: 'Always honest', description: 'Live means live. When the connection breaks, this says so, reconnects by itself, and no line of a log is lost.' },
  { element: '[data-tour="help"]', title: 'That is all', description: 'Shortcuts, and this tour once more, are behind this button.' },
];

/// Shows a newcomer around. Skippable at each stop; `onEnd` is called however it ends.
export function startTour(onEnd: () => void): void {
  const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
  const tour = driver({
    showProgress: true,
    progressText: '{{current}} of {{total}}',
    nextBtnText: 'Next',
    prevBtnText: 'Back',
    doneBtnText: 'Done',
    allowClose: true,
    animate: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    overlayOpacity: 0.55,
    popoverClass: 'tour-popover',
    steps: stops
      .filter(({ element }) => document.querySelector(element))
      .map(({ element, title, description }) => ({ element, popover: { title, description } })),
    // The library's <header> and <footer> would be landmarks of the page, and its marks do not fit what it marks.
    onPopoverRender: ({ title, footer, closeButton }) => {
      const heading = document.createElement('h2');
      heading.id = title.id;
      heading.className = title.className;
      heading.textContent = title.textContent;
      title.replaceWith(heading);
      footer.setAttribute('role', 'group');
      closeButton.setAttribute('aria-label', 'Skip the tour');
    },
    onHighlighted: (element) => {
      for (const mark of ['aria-haspopup', 'aria-expanded', 'aria-controls']) element?.removeAttribute(mark);
    },
    onDestroyed: () => {
      onEnd();
      before?.focus();
    },
  });
  tour.drive();
}
