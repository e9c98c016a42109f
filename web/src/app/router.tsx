import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { SignInPage } from "@/auth/views/SignInPage";
import { NumberPage } from "@/meet/views/number/NumberPage";
import { tillRoutes } from "@/till/routes";
import { Shell, Spinner } from "@/ui";
import { Gate } from "./Gate";
import { HelpPage } from "./HelpPage";
import { HomePage } from "./HomePage";
import { ErrorPage, NotFoundPage } from "./messages";

const root = createRootRoute({ component: Gate });

// Pages with the header.
const framed = createRoute({
  getParentRoute: () => root,
  id: "framed",
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
// The meeting and the connection test draw the frame themselves, so an error in them has none.
const FramedError = (p: ErrorComponentProps) => (
  <Shell>
    <ErrorPage {...p} />
  </Shell>
);
// Where nothing is, the page that says so has the header and with it the ways on.
const FramedNotFound = () => (
  <Shell>
    <NotFoundPage />
  </Shell>
);
const page = <P extends string>(path: P, component: Parameters<typeof createRoute>[0]["component"]) =>
  createRoute({ getParentRoute: () => framed, path, component });

const routeTree = root.addChildren([
  framed.addChildren([
    page("/", HomePage),
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
    ...tillRoutes.filter((r) => r.framed).map((r) => page(r.path, r.component)),
  ]),
  ...tillRoutes
    .filter((r) => !r.framed)
    .map((r) =>
      createRoute({ getParentRoute: () => root, path: r.path, errorComponent: FramedError, component: r.component }),
    ),
  createRoute({
    getParentRoute: () => root,
    path: "/m/$meeting",
    errorComponent: FramedError,
    component: lazyRouteComponent(() => import("./MeetingRoute"), "MeetingRoute"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/check",
    errorComponent: FramedError,
    component: lazyRouteComponent(() => import("@/meet/views"), "CheckPage"),
  }),
]);

export const router = createRouter({
  routeTree,
  defaultPendingComponent: () => <Spinner />,
  defaultPendingMs: 300,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: FramedNotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
