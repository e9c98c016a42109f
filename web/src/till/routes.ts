// The pages of the counter and of 会計課, each loaded when it is first opened. `framed` ones have the application's
// header; the others own the whole window.
import { lazyRouteComponent } from "@tanstack/react-router";
import { officeRoutes } from "./officeRoutes";

export interface TillRoute {
  path: string;
  framed: boolean;
  component: ReturnType<typeof lazyRouteComponent>;
}

const clerk = () => import("./views/clerk");
const facing = () => import("./views/facing");

export const tillRoutes: readonly TillRoute[] = [
  { path: "/till", framed: true, component: lazyRouteComponent(clerk, "TillHome") },
  { path: "/till/open/$counter", framed: true, component: lazyRouteComponent(clerk, "OpenPage") },
  { path: "/till/s/$session", framed: false, component: lazyRouteComponent(clerk, "DeskPage") },
  { path: "/till/sales", framed: true, component: lazyRouteComponent(clerk, "SalesPage") },
  { path: "/till/sales/$sale", framed: true, component: lazyRouteComponent(clerk, "SalePage") },
  { path: "/till/refunds", framed: true, component: lazyRouteComponent(clerk, "RefundsPage") },
  { path: "/display", framed: false, component: lazyRouteComponent(facing, "DisplayPage") },
  { path: "/practice", framed: false, component: lazyRouteComponent(facing, "PracticePage") },
  { path: "/practice/pay/$attempt", framed: false, component: lazyRouteComponent(facing, "PracticePayPage") },
  ...officeRoutes,
];
