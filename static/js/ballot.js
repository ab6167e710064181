// A ballot by points: says while one types how many are given, and when that is more than there are.

const ballot = document.querySelector(".ballot[data-budget]");
const given = ballot?.querySelector("[data-given]");
const over = ballot?.querySelector("[data-over]");

const count = () => {
  const numbers = [...ballot.querySelectorAll("input[type=number]")].map((field) => Math.max(0, Math.trunc(field.valueAsNumber) || 0));
  const sum = numbers.reduce((all, number) => all + number, 0);
  given.textContent = sum;
  over.hidden = sum <= Number(ballot.dataset.budget);
};

if (given && over) {
  ballot.addEventListener("input", count);
  count();
}
