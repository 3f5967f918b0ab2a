/** The documentation, checked: its code, its links, its tables. */
package dev.ragkit.docs;
