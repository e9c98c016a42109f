import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";

const root = createRootRoute({ component: Outlet });
const meeting = createRoute({
  getParentRoute: () => root,
  path: "/m/$meeting",
  component: lazyRouteComponent(() => import("./MeetingRoute"), "MeetingRoute"),
});
export const router = createRouter({ routeTree: root.addChildren([meeting]) });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
