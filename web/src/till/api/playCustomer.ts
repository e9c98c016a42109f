import { api, call, type Schemas } from "@/lib/api/client";

/** Plays the customer of a pretend payment. */
export const playCustomer = (attempt: string, act: Schemas["PracticeAct"]["act"]) =>
  call(api.POST("/api/till/practice/attempts/{attempt}", { params: { path: { attempt } }, body: { act } }));
