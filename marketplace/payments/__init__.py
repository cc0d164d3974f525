"""Money that buyers pay and sellers wait for: trackers, sellers' shares, fees, holds, blocks."""
