//! How many bytes of rows or items one read may hold. Pure.

/// What is held in memory.
pub(crate) trait Held {
    /// Bytes that it takes, roughly: itself and its texts.
    fn held_bytes(&self) -> usize;
}

/// Bytes that one read may hold, and how many it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    bytes_max: usize,
    used: usize,
}

impl Budget {
    pub(crate) const fn of(bytes_max: usize) -> Self {
        Self { bytes_max, used: 0 }
    }

    /// Counts `bytes` more, if there is room for them. There always is for the first: a page has one row at least.
    pub(crate) fn takes(&mut self, bytes: usize) -> bool {
        let used = self.used.saturating_add(bytes);
        let fits = self.used == 0 || used <= self.bytes_max;
        if fits {
            self.used = used;
        }
        fits
    }

    /// Bytes that are held.
    pub(crate) const fn used(&self) -> usize {
        self.used
    }

    /// Bytes that there is still room for.
    pub(crate) const fn left(&self) -> usize {
        self.bytes_max.saturating_sub(self.used)
    }
}

/// Rows of a read that ended where its budget did.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    pub(crate) rows: Vec<T>,
    /// There are more than there was room for.
    pub(crate) is_cut: bool,
    budget: Budget,
}

impl<T: Held> Rows<T> {
    pub(crate) const fn within(budget: Budget) -> Self {
        Self { rows: Vec::new(), is_cut: false, budget }
    }

    /// Adds a row, if there is room for it; false from the first one on that there is not.
    pub(crate) fn push(&mut self, row: T) -> bool {
        self.push_or_return(row).is_none()
    }

    /// The same; returns the row that there is no room for.
    pub(crate) fn push_or_return(&mut self, row: T) -> Option<T> {
        self.is_cut = self.is_cut || !self.budget.takes(row.held_bytes());
        if self.is_cut {
            return Some(row);
        }
        self.rows.push(row);
        None
    }

    /// Adds rows as long as there is room.
    pub(crate) fn extend(&mut self, rows: impl IntoIterator<Item = T>) -> bool {
        rows.into_iter().all(|row| self.push(row))
    }

    /// Bytes that the rows take.
    pub(crate) const fn bytes(&self) -> usize {
        self.budget.used()
    }

    /// Whether there are as many as a page of `limit` rows and the one behind it, or as there is room for.
    pub(crate) const fn is_full(&self, limit: usize) -> bool {
        self.is_cut || self.rows.len() > limit
    }

    /// Cuts rows that were read with one more than `limit` to a page; its last row when there are more.
    pub(crate) fn cut(&mut self, limit: usize) -> Option<&T> {
        let has_more = self.is_full(limit);
        self.rows.truncate(limit);
        self.rows.last().filter(|_| has_more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Held for usize {
        fn held_bytes(&self) -> usize {
            *self
        }
    }

    fn rows(bytes_max: usize, bytes: &[usize]) -> Rows<usize> {
        let mut rows = Rows::within(Budget::of(bytes_max));
        rows.extend(bytes.iter().copied());
        rows
    }

    /// Scenario: rows up to the budget, one over it, and a first one that is larger. Guarantee: no row over the budget, but one
    /// in any case; and a page says that there are more exactly when there are.
    #[test]
    fn rows_end_where_the_budget_does() {
        let mut fits = rows(10, &[5, 5]);
        assert_eq!((fits.bytes(), fits.is_cut, fits.cut(2)), (10, false, None));
        let mut cut = rows(10, &[5, 5, 1, 1]);
        assert_eq!((cut.rows.clone(), cut.is_cut, cut.bytes()), (vec![5, 5], true, 10));
        assert_eq!(cut.cut(4), Some(&5));
        let mut large = rows(10, &[99, 1]);
        assert_eq!((large.rows.clone(), large.cut(500)), (vec![99], Some(&99)));
        assert_eq!(rows(10, &[99]).cut(500), None);
        assert_eq!(rows(10, &[1, 1, 1]).cut(2), Some(&1));
    }
}
