// Meetings that are already going on, for tests whose subject comes after that.

/**
 * A meeting opened by the first, with everyone in it. Everyone is signed in and at a PC of their own.
 * @param {import("./house.mjs").House} house
 * @param {string[]} logins the first is the host
 * @param {{title?: string, browser?: object}} [o]
 */
export async function meetingOf(house, logins, { title = "防災訓練 打合せ", browser } = {}) {
  const people = await Promise.all(
    logins.map(async (login) => {
      const p = await house.person(login, { browser });
      await p.signIn(login);
      return p;
    }),
  );
  const meeting = await people[0].opens(title);
  // The others know the numbers; that puts the meeting on their list.
  for (const p of people.slice(1)) {
    const got = await p.api("POST", "/api/meetings/enter", { number: meeting.number, pin: meeting.pin });
    if (got.status !== 200) throw new Error(`${p.name} is not let in: ${JSON.stringify(got.body)}`);
  }
  await Promise.all(people.map((p) => p.joins(meeting)));
  // All are in when all have everyone on the list.
  for (const p of people) for (const other of people) await p.entry(other.full).waitFor();
  return { meeting, people };
}
