import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { SignInPage } from "@/auth/views/SignInPage";
import { NumberPage } from "@/meet/views/number/NumberPage";
import { TodayPage } from "@/meet/views/today/TodayPage";
import { Shell, Spinner } from "@/ui";
import { Gate } from "./Gate";
import { HelpPage } from "./HelpPage";
import { ErrorPage, NotFoundPage } from "./messages";

const root = createRootRoute({ component: Gate });

// Pages with the header; the meeting brings its own surroundings.
const framed = createRoute({
  getParentRoute: () => root,
  id: "framed",
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
const page = <P extends string>(path: P, component: Parameters<typeof createRoute>[0]["component"]) =>
  createRoute({ getParentRoute: () => framed, path, component });

const routeTree = root.addChildren([
  framed.addChildren([
    page("/", TodayPage),
    page("/signin", SignInPage),
    page("/number", NumberPage),
    page("/help", HelpPage),
    page(
      "/setup/$token",
      lazyRouteComponent(() => import("./SetupRoute"), "SetupRoute"),
    ),
    page(
      "/account",
      lazyRouteComponent(() => import("@/auth/views/AccountPage"), "AccountPage"),
    ),
    page(
      "/admin",
      lazyRouteComponent(() => import("@/auth/views/AdminPage"), "AdminPage"),
    ),
  ]),
  createRoute({
    getParentRoute: () => root,
    path: "/m/$meeting",
    component: lazyRouteComponent(() => import("./MeetingRoute"), "MeetingRoute"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/check",
    component: lazyRouteComponent(() => import("@/meet/views"), "CheckPage"),
  }),
]);

export const router = createRouter({
  routeTree,
  defaultPendingComponent: () => <Spinner />,
  defaultPendingMs: 300,
  defaultErrorComponent: (p) => (
    <Shell>
      <ErrorPage {...p} />
    </Shell>
  ),
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
