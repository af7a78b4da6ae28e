// Draws the data that the file carries.

const dataOf = (id) => JSON.parse(document.getElementById(id).textContent);
document.title = `${dataOf("report").name} \u2013 hanbench campaign`;
fill(document.getElementById("masthead"), {}, mastheadOf(dataOf("report"), dataOf("headline")));
fill(document.querySelector("main"), {}, sectionsOf(dataOf("report")));
fill(document.getElementById("foot"), {}, [FOOT]);
